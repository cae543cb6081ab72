/** Flags of the WebGPU specification: browsers have them as globals, which Node and TypeScript's library lack. */
export const BUFFER = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, index: 0x10, vertex: 0x20, uniform: 0x40, storage: 0x80 } as const;
export const TEXTURE = { copyTarget: 0x2, sampled: 0x4, attachment: 0x10 } as const;
export const STAGE = { vertex: 0x1, fragment: 0x2, compute: 0x4 } as const;
export const MAP_TO_READ = 0x1;
