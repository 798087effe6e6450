/**
 * Rows in order, in pieces of bounded size, so that one more costs little however many there are. No piece is empty.
 * Plain data, since it is state.
 */
export type SortedRows<R> = R[][]

/** How many rows a piece has at the most. */
const most = 512

/** Puts a row behind all that are as good. `orderOf` compares it with another: negative if it comes first. */
export function insertSorted<R>(pieces: SortedRows<R>, row: R, orderOf: (other: R) => number): void {
  if (pieces.length === 0) {
    pieces.push([row])
    return
  }
  const at = pieceFor(pieces, orderOf)
  const piece = pieces[at]!
  piece.splice(placeBehind(piece, orderOf), 0, row)
  if (piece.length > most) pieces.splice(at + 1, 0, piece.splice(most / 2))
}

/** The last row to which another is equal, if there is one; `remove` takes it out. */
export function findSorted<R>(
  pieces: SortedRows<R>,
  orderOf: (other: R) => number,
): { readonly remove: () => void } | undefined {
  if (pieces.length === 0) return undefined
  let at = pieceFor(pieces, orderOf)
  let place = placeBehind(pieces[at]!, orderOf)
  if (place === 0 && at > 0) {
    at -= 1
    place = pieces[at]!.length
  }
  if (place === 0 || orderOf(pieces[at]![place - 1]!) !== 0) return undefined
  return { remove: () => removeAt(pieces, at, place - 1) }
}

/** The rows in their order. */
export function* inOrder<R>(pieces: SortedRows<R>): Generator<R, void, undefined> {
  for (const piece of pieces) yield* piece
}

/** The first rows, `n` at the most. */
export function firstRows<R>(pieces: SortedRows<R>, n: number): R[] {
  const rows: R[] = []
  for (let at = 0; at < pieces.length && rows.length < n; at += 1) {
    rows.push(...pieces[at]!.slice(0, n - rows.length))
  }
  return rows
}

/** Where a row belongs among rows in order: behind all that are as good, found by halving. */
export function placeBehind<R>(rows: readonly R[], orderOf: (other: R) => number): number {
  let [from, to] = [0, rows.length]
  // Most records are no better than the last, so that is asked first.
  if (to > 0 && orderOf(rows[to - 1]!) >= 0) return to
  while (from < to) {
    const middle = (from + to) >> 1
    if (orderOf(rows[middle]!) < 0) to = middle
    else from = middle + 1
  }
  return from
}

/** The first piece whose last row comes behind, or else the last piece. */
function pieceFor<R>(pieces: SortedRows<R>, orderOf: (other: R) => number): number {
  let [from, to] = [0, pieces.length - 1]
  while (from < to) {
    const middle = (from + to) >> 1
    if (orderOf(pieces[middle]!.at(-1)!) < 0) to = middle
    else from = middle + 1
  }
  return from
}

function removeAt<R>(pieces: SortedRows<R>, at: number, place: number): void {
  const piece = pieces[at]!
  piece.splice(place, 1)
  const next = pieces[at + 1]
  if (piece.length === 0) pieces.splice(at, 1)
  else if (next !== undefined && piece.length + next.length < most / 2) {
    piece.push(...next)
    pieces.splice(at + 1, 1)
  }
}
