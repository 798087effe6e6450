const segment = /^(?!\.\.?$)[a-z0-9.-]+$/

/** Whether a blob may have this name: segments of lowercase letters, digits, `-` and `.`, joined by `/`. */
export function isBlobName(name: string): boolean {
  return name.split('/').every((part) => segment.test(part))
}

/**
 * The name itself. No name that passes leaves the store's folder, and none begins with `_`.
 *
 * @throws RangeError if no blob may have this name.
 */
export function blobName(name: string): string {
  if (isBlobName(name)) return name
  throw new RangeError(
    `${JSON.stringify(name)} is not the name of a blob: use a-z, 0-9, "-" and "." between "/"`,
  )
}
