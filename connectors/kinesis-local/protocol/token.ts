import { crc32 } from 'node:zlib'

/**
 * Values that a client hands back unchanged, as one opaque text. The checksum finds what was cut off or made up; it
 * protects from mistakes, not from malice.
 */
export function sealToken(kind: string, values: readonly (string | number)[]): string {
  const content = [kind, ...values].join('/')
  return Buffer.from(`${checksum(content)}/${content}`).toString('base64')
}

/** The values of a token of this kind; `undefined` for anything else. */
export function openToken(kind: string, token: string): string[] | undefined {
  const [sum, ...content] = Buffer.from(token, 'base64').toString().split('/')
  if (content[0] !== kind || sum !== checksum(content.join('/'))) return undefined
  return content.slice(1)
}

function checksum(content: string): string {
  return crc32(content).toString(16)
}
