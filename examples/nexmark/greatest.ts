/** All rows with the greatest number: ties stay. */
export function greatest<T>(rows: readonly T[], of: (row: T) => number): readonly T[] {
  const most = rows.reduce((most, row) => Math.max(most, of(row)), Number.NEGATIVE_INFINITY)
  return rows.filter((row) => of(row) === most)
}
