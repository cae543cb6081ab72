export interface Minimum {
  readonly at: Float64Array;
  readonly value: number;
}

/**
 * Nelder & Mead's simplex search (1965) from `start`, whose other corners lie `steps` away along each axis. Ends after
 * `iterations`, or when the corners' values lie within `tolerance`.
 */
export function nelderMead(
  cost: (x: Float64Array) => number,
  start: ArrayLike<number>,
  steps: ArrayLike<number>,
  options: { readonly iterations: number; readonly tolerance: number },
): Minimum {
  const n = start.length;
  const corners = Array.from({ length: n + 1 }, (_, k) => {
    const at = Float64Array.from(start);
    if (k > 0) at[k - 1] = at[k - 1]! + steps[k - 1]!;
    return { at, value: cost(at) };
  });
  const along = (centre: Float64Array, worst: Float64Array, share: number) => {
    const at = centre.map((c, i) => c + share * (c - worst[i]!));
    return { at, value: cost(at) };
  };
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    corners.sort((a, b) => a.value - b.value);
    const best = corners[0]!;
    const worst = corners[n]!;
    if (worst.value - best.value < options.tolerance) break;
    const centre = new Float64Array(n);
    for (let k = 0; k < n; k++) for (let i = 0; i < n; i++) centre[i] = centre[i]! + corners[k]!.at[i]! / n;
    const reflected = along(centre, worst.at, 1);
    if (reflected.value < best.value) {
      const expanded = along(centre, worst.at, 2);
      corners[n] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < corners[n - 1]!.value) {
      corners[n] = reflected;
    } else {
      const contracted = along(centre, worst.at, reflected.value < worst.value ? 0.5 : -0.5);
      if (contracted.value < Math.min(worst.value, reflected.value)) corners[n] = contracted;
      else {
        for (let k = 1; k <= n; k++) {
          const at = corners[k]!.at.map((x, i) => best.at[i]! + (x - best.at[i]!) / 2);
          corners[k] = { at, value: cost(at) };
        }
      }
    }
  }
  return corners.reduce((a, b) => (b.value < a.value ? b : a));
}
