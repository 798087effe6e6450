/** A line of a text and where it stands, counted from 1. */
export interface TextLine {
  readonly number: number
  readonly text: string
}

/** The lines of a text that comes in chunks. Lines of nothing but space are left out, but counted. */
export async function* textLines(chunks: AsyncIterable<string>): AsyncGenerator<TextLine> {
  let number = 0
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) {
      number += 1
      if (text.trim() !== '') yield { number, text }
    }
  }
  if (rest.trim() !== '') yield { number: number + 1, text: rest }
}
