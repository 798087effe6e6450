/** How the records of a call are written and read. */
export type Wire = 'cbor' | 'json'

const key = 'millraceWire'

/** How the call of this context of the SDK goes. */
export function wireOf(context: object): Wire {
  return (context as { readonly [key]?: Wire })[key] ?? 'json'
}

/** Says how the call of this context goes from now on. */
export function goBy(wire: Wire, context: object): void {
  Object.assign(context, { [key]: wire })
}
