/** Whether a host is this machine, by its name alone. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\]|[\w.-]+\.localhost)$/.test(host)
}

/** Whether an endpoint is a service on this machine, over plain HTTP. */
export function isLoopback(endpoint: string | undefined): boolean {
  if (endpoint === undefined || !URL.canParse(endpoint)) return false
  const { protocol, hostname } = new URL(endpoint)
  return protocol === 'http:' && isLoopbackHost(hostname)
}
