import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { buildRaster } from '../server/face/raster/build-raster.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The embed file goes into the page's output folder, also when `--outDir` names another one. */
function embedBesidePage(): Plugin {
  return {
    name: 'visavis:embed-beside-page',
    config: ({ build }) => ({ environments: { embed: { build: { outDir: join(build?.outDir ?? '', 'embed') } } } }),
  };
}

/**
 * Builds what browsers get, into dist/client/: the pages `/` and `/studio` (index.html, studio.html and hashed assets) and, as one module
 * for other sites, `embed/visavis.js`. The element's file keeps its name because it is what pages link to.
 */
const config = async (): Promise<UserConfig> => ({
  plugins: [embedBesidePage()],
  root: at('./app'),
  base: '/',
  // For faces that the browser draws: a few kilobytes, which are not worth a request.
  define: { __FACE_RASTER__: JSON.stringify(Buffer.from((await buildRaster()).bytes).toString('base64')) },
  publicDir: at('./app/public'),
  clearScreen: false,
  build: {
    outDir: at('../dist/client'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  environments: {
    client: { build: { rolldownOptions: { input: [at('./app/index.html'), at('./app/studio.html')] } } },
    embed: {
      consumer: 'client',
      build: {
        emptyOutDir: true,
        copyPublicDir: false,
        target: 'es2022',
        lib: { entry: at('./element/visavis-avatar.ts'), formats: ['es'], fileName: () => 'visavis.js' },
        rolldownOptions: { output: { codeSplitting: false, minify: true } },
      },
    },
  },
  builder: {
    async buildApp(builder) {
      // The page first: its build empties the folder that the embed file lies in.
      await builder.build(builder.environments['client']!);
      await builder.build(builder.environments['embed']!);
    },
  },
});

export default defineConfig(config);
