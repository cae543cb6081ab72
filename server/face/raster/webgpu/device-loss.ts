import type { VisavisError } from '../../../core/errors.ts';
import { faceError } from '../../face-error.ts';

/**
 * Resolves with `gpu_lost` when the device is lost, destroyed, or refuses to work: pictures that a half-broken device gives are
 * worth nothing.
 */
export function deviceLoss(device: GPUDevice): Promise<VisavisError> {
  return new Promise((resolve) => {
    void device.lost.then(({ message }) => resolve(faceError('gpu_lost', `The graphics card was lost: ${message}`)));
    device.addEventListener('uncapturederror', ({ error }) => {
      resolve(faceError('gpu_lost', `The graphics card refuses to work: ${error.message}`));
    });
  });
}
