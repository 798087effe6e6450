const arnMembers = ['StreamARN', 'ResourceARN', 'ConsumerARN'] as const

/** The name of the stream that an input is about, before it is known to fit its shape; `undefined` if it names none. */
export function streamNameIn(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined
  const members = input as { readonly [name: string]: unknown }
  if (typeof members['StreamName'] === 'string') return members['StreamName'].slice(0, 128)
  const arn = arnMembers.map((name) => members[name]).find((value) => typeof value === 'string')
  return arn === undefined ? undefined : /:stream\/([\w.-]{1,128})/.exec((arn as string).slice(0, 2048))?.[1]
}
