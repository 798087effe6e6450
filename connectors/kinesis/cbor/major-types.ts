/** The major types of CBOR (RFC 8949, section 3.1). */
export const major = {
  unsigned: 0,
  negative: 1,
  bytes: 2,
  text: 3,
  array: 4,
  map: 5,
  tag: 6,
  other: 7,
} as const

export type Major = (typeof major)[keyof typeof major]
