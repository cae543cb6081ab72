import { expect, it } from 'vitest';
import { isSoftwareAdapter } from './software-adapter.ts';

const adapter = (info: Partial<GPUAdapterInfo>) =>
  ({ vendor: '', architecture: '', device: '', description: '', isFallbackAdapter: false, ...info }) as GPUAdapterInfo;

it('knows graphics cards from what a processor computes, however little the browser tells', () => {
  expect(
    [{}, { vendor: 'apple', architecture: 'common-3' }, { vendor: 'nvidia', architecture: 'hopper' }]
      .map(adapter)
      .filter(isSoftwareAdapter),
  ).toEqual([]);
  const software = [
    { isFallbackAdapter: true },
    { vendor: 'google', architecture: 'swiftshader' },
    { vendor: 'mesa', description: 'llvmpipe (LLVM 19.1.7, 256 bits)' },
    { vendor: 'microsoft', description: 'Microsoft Basic Render Driver' },
  ];
  expect(software.map(adapter).map(isSoftwareAdapter)).toEqual([true, true, true, true]);
});
