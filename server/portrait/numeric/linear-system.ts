/** Solves a small dense system by Gauss elimination with pivoting. Several right sides at once: one array per row. */
export function solveDense(matrix: readonly (readonly number[])[], right: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const width = n + right[0]!.length;
  const rows = matrix.map((row, i) => [...row, ...right[i]!]);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let r = column + 1; r < n; r++) if (Math.abs(rows[r]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = r;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const head = rows[column]!;
    for (let r = 0; r < n; r++) {
      const row = rows[r]!;
      if (r === column || row[column] === 0) continue;
      const share = row[column]! / head[column]!;
      for (let c = column; c < width; c++) row[c] = row[c]! - share * head[c]!;
    }
  }
  return rows.map((row, i) => row.slice(n).map((value) => value / row[i]!));
}
