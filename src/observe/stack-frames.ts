/** The calls on the stack of an error, innermost first, as `at late (file:///job.ts:12:30)`. */
export function stackFrames({ stack }: Error): string[] {
  if (typeof stack !== 'string') return []
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
}
