import { type AcceptedGpu, openGpu } from './gpu-adapter.ts';
import type { GpuFinding } from './gpu-probe.ts';

/** Prints a GpuFinding; `real` or `any` is its argument. */
const finding = await openGpu((process.argv[2] ?? 'real') as AcceptedGpu).then(
  ({ name, isSoftware, device }): GpuFinding => {
    device.destroy();
    return { name, isSoftware };
  },
  (error: Error): GpuFinding => ({ problem: error.message }),
);
process.stdout.write(JSON.stringify(finding), () => process.exit(0));
