/**
 * Text as a terminal may have it: control characters are written out, as `\x1b`. What a message quotes may come from a
 * record, and a record must not move the cursor or set colours. Tabs and line ends stay.
 */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) =>
    character === '\n' || character === '\t' ? character : written(character),
  )
}

function written(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}
