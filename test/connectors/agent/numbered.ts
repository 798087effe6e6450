/** Lines that tell where they are from: `name 1`, `name 2`, and so on. */
export function numbered(name: string, from: number, to: number): string {
  let text = ''
  for (let number = from; number <= to; number += 1) text += `${name} ${number}\n`
  return text
}
