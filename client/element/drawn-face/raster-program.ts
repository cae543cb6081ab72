/** The rasteriser's WebAssembly, base64; put in by the build (vite.config.ts): the bytes that the server draws with. */
declare const __FACE_RASTER__: string;

let compiled: Promise<WebAssembly.Module> | undefined;

/** Compiled once per page. @throws where the browser has no WebAssembly SIMD, or the page's policy forbids it */
export function rasterProgram(): Promise<WebAssembly.Module> {
  compiled ??= WebAssembly.compile(Uint8Array.from(atob(__FACE_RASTER__), (char) => char.charCodeAt(0)));
  return compiled;
}
