/** A layout whose bindings are numbered in the order given. */
export const bindGroupLayout = (device: GPUDevice, ...entries: Omit<GPUBindGroupLayoutEntry, 'binding'>[]): GPUBindGroupLayout =>
  device.createBindGroupLayout({ entries: entries.map((entry, binding) => ({ binding, ...entry })) });
