declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** A server that acts as DynamoDB. */
  export default function dynalite(options: { readonly createTableMs?: number }): Server
}
