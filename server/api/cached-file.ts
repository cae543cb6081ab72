import type { FastifyReply, FastifyRequest } from 'fastify';

export interface FileInfo {
  readonly data: Uint8Array<ArrayBuffer>;
  /** Media type. */
  readonly type: string;
  /** Unix time. */
  readonly changedMs: number;
}

/** Files of avatars change when the avatar is made again: pages may keep them for five minutes, and then ask whether they are the same. */
const CACHE = 'public, max-age=300';

/** Answers with the file, or with 304 when the caller has it (If-None-Match). */
export function sendCachedFile(request: FastifyRequest, reply: FastifyReply, { data, type, changedMs }: FileInfo): FastifyReply {
  const tag = `"${data.length.toString(36)}-${Math.round(changedMs).toString(36)}"`;
  void reply.header('cache-control', CACHE).header('etag', tag).header('last-modified', new Date(changedMs).toUTCString());
  const known = request.headers['if-none-match'];
  if (known === '*' || known?.split(',').some((one) => one.trim().replace(/^W\//, '') === tag)) return reply.code(304).send(null);
  return reply.type(type).send(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
}
