/** What the service tells a young account of `us-east-1`. */
export const accountQuotas = { provisionedShards: 20_000, onDemandStreams: 50 } as const
