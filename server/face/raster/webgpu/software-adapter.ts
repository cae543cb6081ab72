const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

/** Whether an adapter computes its pictures on the processor, which the WASM raster does faster. */
export const isSoftwareAdapter = ({ isFallbackAdapter, vendor, architecture, device, description }: GPUAdapterInfo): boolean =>
  isFallbackAdapter || SOFTWARE.test([vendor, architecture, device, description].join(' '));
