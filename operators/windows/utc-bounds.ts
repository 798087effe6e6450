import type { Bounds } from '../../src/stream.ts'

/** Stretches of one size, aligned to 1970-01-01T00:00Z and then moved by `offsetMs`. */
export function utcBounds(sizeMs: number, offsetMs: number): Bounds {
  if (offsetMs === 0) {
    return {
      startOf: (timestamp) => Math.floor(timestamp / sizeMs) * sizeMs,
      endOf: (start) => start + sizeMs,
    }
  }
  return {
    startOf: (timestamp) => Math.floor((timestamp - offsetMs) / sizeMs) * sizeMs + offsetMs,
    endOf: (start) => start + sizeMs,
  }
}
