/**
 * The layering rule: a folder imports core/ and itself, never sideways. Stages meet only in session/ (through their
 * contract.ts) and in main.ts (which wires everything and which nothing but the command line imports).
 *
 * face/ and protocol/ are the two vocabularies that the browser shares; the folders that speak them are named below.
 */
const TEST = '[.](test|bench|fixture)[.]ts$';
const STAGES = ['hearing', 'thinking', 'speaking', 'rendering', 'transport'];

/** A folder and what it may import of ours besides itself and core/. */
const allowed = {
  core: [],
  protocol: [],
  face: [],
  hearing: [],
  thinking: [],
  speaking: ['server/face/lip-sync/'],
  transport: [],
  rendering: ['server/face/'],
  portrait: ['server/face/'],
  casting: [],
  'image-generation': [],
  // The ways to make a face meet here.
  avatars: ['server/(face|casting|portrait|rendering|image-generation)/', 'server/speaking/contract[.]ts$', 'models/avatar/'],
  session: ['server/protocol/', 'server/face/', ...STAGES.map((stage) => `server/${stage}/contract[.]ts$`)],
  signalling: ['server/protocol/', 'server/session/', 'server/transport/contract[.]ts$'],
  api: ['server/protocol/', 'server/session/', 'server/avatars/contract[.]ts$', 'server/casting/brief[.]ts$'],
};

const layering = Object.entries(allowed).map(([folder, others]) => ({
  name: `layering-${folder}`,
  comment: `server/${folder}/ imports core/ and itself${others.length > 0 ? `, and ${others.join(', ')}` : ''}`,
  severity: 'error',
  from: { path: `^server/${folder}/`, pathNot: TEST },
  to: {
    path: '^(server|client|bench|models)/',
    pathNot: [`^server/${folder}/`, ...(folder === 'core' ? [] : ['^server/core/']), ...others.map((path) => `^${path}`)],
  },
}));

module.exports = {
  forbidden: [
    ...layering,
    {
      name: 'client-imports-only-protocol-and-face',
      comment: 'The browser gets the wire and the face, and the types of core/ that they use',
      severity: 'error',
      from: { path: '^client/', pathNot: [TEST, '^client/vite[.]config[.]ts$'] },
      to: { path: '^(server|bench|models)/', pathNot: ['^server/(protocol|face)/', '^server/core/'] },
    },
    {
      name: 'isomorphic-without-node',
      comment: 'face/ and protocol/ run in the browser, too',
      severity: 'error',
      from: {
        path: '^server/(face|protocol)/',
        pathNot: [TEST, '[.]node[.]ts$', '^server/face/[^/]+/(build|tools)[/.-]', '^server/face/(tools|art|draw)/'],
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nothing-imports-main',
      comment: 'main.ts is the composition root',
      severity: 'error',
      from: { pathNot: ['^server/cli/', '^server/e2e/', '^bench/', TEST] },
      to: { path: '^server/main[.]ts$' },
    },
    {
      name: 'no-circular',
      comment: 'A cycle hides which file owns what',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'Every import leads somewhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^[.]cache/', '^server/face/raster/assembly/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'browser', 'default', 'types'] },
  },
};
