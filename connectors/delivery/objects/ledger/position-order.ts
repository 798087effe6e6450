/**
 * Which of two positions of a split is later: above 0 if the first is. Positions are texts of their sources, which grow as
 * numbers do; `null` is the beginning.
 */
export function comparedPositions(one: string | null, other: string | null): number {
  if (one === other) return 0
  if (one === null || other === null) return one === null ? -1 : 1
  const others = words(other)
  for (const [index, word] of words(one).entries()) {
    const order = comparedWords(word, others[index] ?? '')
    if (order !== 0) return order
  }
  return -1
}

function words(position: string): readonly string[] {
  return position.match(/\d+|\D+/g) ?? []
}

function comparedWords(one: string, other: string): number {
  const areNumbers = /^\d+$/.test(one) && /^\d+$/.test(other)
  if (areNumbers && one.length !== other.length) return one.length - other.length
  return one === other ? 0 : one < other ? -1 : 1
}
