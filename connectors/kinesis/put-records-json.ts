import type { PutRecordsInput } from '@aws-sdk/client-kinesis'

/** The body of PutRecords. */
export function putRecordsJson({ Records = [], ...stream }: PutRecordsInput): string {
  let json = `${JSON.stringify(stream).slice(0, -1)}${Object.keys(stream).length > 0 ? ',' : ''}"Records":[`
  for (let i = 0; i < Records.length; i++) {
    const { Data, PartitionKey, ExplicitHashKey } = Records[i]!
    json += i === 0 ? '{"Data":"' : ',{"Data":"'
    if (Data !== undefined) json += base64(Data)
    json += '"'
    if (PartitionKey != null) json += `,"PartitionKey":${quoted(PartitionKey)}`
    if (ExplicitHashKey != null) json += `,"ExplicitHashKey":${quoted(ExplicitHashKey)}`
    json += '}'
  }
  return `${json}]}`
}

function base64(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
}

const plain = /^[ !#-[\]-~]*$/

function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text)
}
