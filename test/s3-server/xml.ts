/** A document, or a part of one: elements by name, lists for those that come more than once. */
export type Xml = string | number | boolean | undefined | { readonly [name: string]: Xml | readonly Xml[] }

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'

export function document(root: string, content: Xml): string {
  return (
    declaration +
    element(root, content, root === 'Error' ? '' : ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"')
  )
}

function element(name: string, content: Xml, attributes = ''): string {
  if (content === undefined) return ''
  const inside =
    typeof content === 'object'
      ? Object.entries(content)
          .flatMap(([child, value]) => [value as Xml].flat().map((one) => element(child, one as Xml)))
          .join('')
      : escaped(String(content))
  return `<${name}${attributes}>${inside}</${name}>`
}

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[&<>"]/g, (character) => entities[character]!)
}

/** What stands in the elements of a name, in order. Enough for the two documents that clients send. */
export function elements(text: string, name: string): string[] {
  return [...text.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map(
    ([, inside = '']) => inside,
  )
}

export function textOf(text: string, name: string): string | undefined {
  const [inside] = elements(text, name)
  return inside === undefined ? undefined : unescaped(inside)
}

function unescaped(text: string): string {
  const characters: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex, decimal, name) => {
    if (name !== undefined) return characters[name] ?? ''
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))
  })
}
