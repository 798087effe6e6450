import { unitBytes } from './size-class.ts'

/**
 * Where a record of a log lies, in 40 bits: from the top, 7 for the class of its size, 13 for the segment and 20 for how
 * many units of the segment come before it. Segments are numbered from 1 on, so that no place is 0.
 */
export type Place = number

/** A segment begins no record beyond this. */
export const segmentBytes = unitBytes * 2 ** 20
/** There are fewer segments than this. */
export const maxSegments = 2 ** 13

export function placeOf(sizeClass: number, segment: number, from: number): Place {
  return (sizeClass * maxSegments + segment) * 2 ** 20 + from / unitBytes
}

export function sizeClassOf(place: Place): number {
  return Math.floor(place / 2 ** 33)
}

export function segmentOf(place: Place): number {
  return Math.floor(place / 2 ** 20) % maxSegments
}

/** In the segment, in bytes. */
export function offsetOf(place: Place): number {
  return (place % 2 ** 20) * unitBytes
}
