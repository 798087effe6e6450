import type { HttpAnswer } from '../../src/contract/http.ts'

/** As the contract has it. */
export const maxAnswerBytes = 2 ** 20
const mostOfMessage = 8192

/** Whether an answer says that the request has arrived; if not, why not, in words. */
export function confirms({ status, headers, body }: HttpAnswer, requestId: string): true | string {
  const answer = parsed(body)
  const told =
    typeof answer?.['errorMessage'] === 'string' ? answer['errorMessage'].slice(0, mostOfMessage) : ''
  if (status !== 200) return told || 'an answer without a reason'
  if (headers['content-encoding'] !== undefined) return 'the answer has a Content-Encoding'
  if (headers['content-length'] === undefined) return 'the answer has no Content-Length'
  if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
    return 'the answer is not of type application/json'
  if (answer === undefined) return 'the answer is no JSON object'
  if (answer['requestId'] !== requestId) return 'the answer names another requestId'
  if (!Number.isInteger(answer['timestamp'])) return 'the answer has no timestamp in milliseconds'
  return true
}

function parsed(body: Uint8Array): { readonly [name: string]: unknown } | undefined {
  try {
    const value = JSON.parse(Buffer.from(body).toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
