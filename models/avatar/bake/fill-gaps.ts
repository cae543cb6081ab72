/** Spreads the numbers of a grid (row by row, `columns` to a row) into its NaN cells, from neighbour to neighbour. */
export function fillGaps(values: readonly number[], columns: number): number[] {
  let cells = [...values];
  for (let round = 0; round < 60 && cells.some(Number.isNaN); round++) {
    cells = cells.map((v, k) => {
      if (!Number.isNaN(v)) return v;
      const i = k % columns;
      const near = [i > 0 ? cells[k - 1] : Number.NaN, i < columns - 1 ? cells[k + 1] : Number.NaN, cells[k - columns], cells[k + columns]];
      const known = near.filter((n): n is number => n !== undefined && !Number.isNaN(n));
      return known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : v;
    });
  }
  return cells;
}

/** Means over each cell of such a grid and its neighbours: what differs from cell to cell would show as a kink when it moves. */
export function evened(values: readonly number[], columns: number): number[] {
  const rows = values.length / columns;
  return values.map((_, k) => {
    let sum = 0;
    let count = 0;
    for (let j = Math.max(0, Math.floor(k / columns) - 1); j <= Math.min(rows - 1, Math.floor(k / columns) + 1); j++) {
      for (let i = Math.max(0, (k % columns) - 1); i <= Math.min(columns - 1, (k % columns) + 1); i++, count++)
        sum += values[j * columns + i] ?? 0;
    }
    return sum / count;
  });
}
