/** Somewhat more than is expected, so that a little more does not mean to begin anew. */
export function withSlack(size: number): number {
  return size + (size >>> 4)
}

/** The used part of a buffer alone. Copying is worth it only where much is to spare. */
export function trimmed(bytes: Buffer, used: number): Buffer {
  if (used >= bytes.length * 0.875) return bytes
  const exact = Buffer.allocUnsafeSlow(used)
  bytes.copy(exact, 0, 0, used)
  return exact
}
