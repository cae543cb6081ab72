import { existsSync } from 'node:fs';
import { type OpenGpu, openGpu } from './gpu-adapter.ts';

/** Chromium brings a Vulkan driver that computes on the processor. */
const DRIVERS = ['/usr/lib/chromium/vk_swiftshader_icd.json', '/usr/lib/chromium-browser/vk_swiftshader_icd.json'];

/** Lets this process, and those that it starts, find a software driver where there is no other. */
export function allowSoftwareGpu(): void {
  const driver = DRIVERS.find((path) => existsSync(path));
  if (driver) process.env.VK_ADD_DRIVER_FILES ??= driver;
}

/** Any graphics card here, even a computed one; undefined where there is none. */
export function findGpu(): Promise<OpenGpu | undefined> {
  allowSoftwareGpu();
  return openGpu('any').catch(() => undefined);
}
