import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { resourceName } from '../protocol/common.ts';

/** Pages by address, and the built file of each. A page whose file is not there is not served. */
const PAGES = { '/': 'index.html', '/studio': 'studio.html' } as const;

const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Visavis: the pages are not built</title>
<h1>The pages are not built yet</h1>
<p>The server runs, and calls over its API work. To build the pages, run this in the project's folder and reload:</p>
<pre>npm run build</pre>
<p>The API is described at <a href="/docs">/docs</a>.</p>
</html>
`;

/** A still picture of an avatar, shown before the call; the first of these that its folder has. */
const POSTERS = ['poster.jpg', 'poster.webp', 'poster.png'];

interface PageFolders {
  readonly clientDir: string;
  readonly avatarsDir: string;
}

/** The built client. Files with a hash in their name never change; all else is asked for again each time. */
export async function installPages(app: FastifyInstance, { clientDir, avatarsDir }: PageFolders): Promise<void> {
  await app.register(fastifyStatic, {
    root: clientDir,
    serve: false,
    dotfiles: 'ignore',
    cacheControl: false,
    preCompressed: true,
  });

  for (const [path, file] of Object.entries(PAGES)) {
    app.get(path, { schema: { hide: true } as never }, async (_request, reply) => {
      void reply.header('cache-control', 'no-cache');
      if (existsSync(join(clientDir, file))) return reply.sendFile(file);
      if (path !== '/') return reply.callNotFound();
      return reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT);
    });
  }

  // Vite puts everything with a hash into assets/; embed/ has stable names, and other sites load it.
  const folders = { assets: 'public, max-age=31536000, immutable', embed: 'public, max-age=300' } as const;
  for (const [folder, cacheControl] of Object.entries(folders)) {
    app.get(`/${folder}/*`, { schema: { hide: true } as never }, async (request, reply) => {
      const { '*': file } = request.params as { '*': string };
      if (file.includes('..') || !existsSync(clientDir)) return reply.callNotFound();
      return reply.header('cache-control', cacheControl).header('access-control-allow-origin', '*').sendFile(`${folder}/${file}`);
    });
  }
  app.get('/favicon.svg', { schema: { hide: true } as never }, async (_request, reply) =>
    existsSync(join(clientDir, 'favicon.svg'))
      ? reply.header('cache-control', 'public, max-age=3600').sendFile('favicon.svg')
      : reply.callNotFound(),
  );

  app.get('/avatars/:name/poster.jpg', { schema: { hide: true } as never }, async (request, reply) => {
    const { name } = request.params as { name: string };
    const folder = resolve(avatarsDir, name);
    const poster = resourceName.safeParse(name).success ? POSTERS.find((file) => existsSync(join(folder, file))) : undefined;
    if (poster === undefined) return reply.callNotFound();
    return reply.header('cache-control', 'public, max-age=300').header('access-control-allow-origin', '*').sendFile(poster, folder);
  });
}
