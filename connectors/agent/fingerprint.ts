import { createHash } from 'node:crypto'

/** Some bytes of a file, to know them again. */
export interface Fingerprint {
  readonly bytes: number
  readonly sha256: string
}

/** So many bytes at the beginning of a file, and before its offset, are known again. */
export const fingerprintBytes = 1024

/** Fewer bytes than these may well be the same in two files. */
export const tellingBytes = 256

export function fingerprintOf(bytes: Uint8Array): Fingerprint {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('base64') }
}

/** The fingerprint of nothing, which every file has. */
export const noBytes = fingerprintOf(new Uint8Array(0))

export function isFingerprintOf(fingerprint: Fingerprint, bytes: Uint8Array): boolean {
  return fingerprint.bytes === bytes.length && fingerprint.sha256 === fingerprintOf(bytes).sha256
}
