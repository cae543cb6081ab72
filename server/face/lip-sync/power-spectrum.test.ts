import { describe, expect, it } from 'vitest';
import { PowerSpectrum } from './power-spectrum.ts';

describe('power spectrum', () => {
  it.each([8, 64, 512])('is that of the discrete Fourier transform of %i samples', (size) => {
    const frame = Float64Array.from({ length: size }, (_, i) => Math.sin(i * i) + 0.2 * (i % 3));
    const spectrum = new PowerSpectrum(size);
    const out = new Float64Array(spectrum.bins);
    spectrum.of(frame, out);
    expect(spectrum.bins).toBe(size / 2 + 1);
    out.forEach((power, k) => {
      const angle = (n: number) => (2 * Math.PI * k * n) / size;
      const re = frame.reduce((sum, x, n) => sum + x * Math.cos(angle(n)), 0);
      const im = frame.reduce((sum, x, n) => sum + x * Math.sin(angle(n)), 0);
      expect(power).toBeCloseTo(re * re + im * im, 6);
    });
  });
});
