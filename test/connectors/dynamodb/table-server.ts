import type { AddressInfo } from 'node:net'
import {
  type AttributeValue,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ScanCommand,
} from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import { type Answer, FaultyServer, type Received } from '../delivery/faulty-server.ts'

/** A table in a DynamoDB that is not ours, behind a server that has troubles. */
export class TableServer {
  readonly server: FaultyServer
  readonly #client: DynamoDBClient

  private constructor(server: FaultyServer, client: DynamoDBClient) {
    this.server = server
    this.#client = client
  }

  /** With a numeric or textual partition key called `id`, and a table called `rows`. */
  static async start(keyType: 'N' | 'S'): Promise<TableServer> {
    const database = dynalite({ createTableMs: 0 })
    await new Promise<void>((resolve) => database.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(database.address() as AddressInfo).port}`
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    const client = new DynamoDBClient({ endpoint: url, region: 'us-east-1', credentials })
    await client.send(
      new CreateTableCommand({
        TableName: 'rows',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: keyType }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
    const status = async () =>
      (await client.send(new DescribeTableCommand({ TableName: 'rows' }))).Table?.TableStatus
    while ((await status()) !== 'ACTIVE');
    const server = await FaultyServer.start((request) => relayed(url, request))
    const close = server.close.bind(server)
    server.close = async () => {
      client.destroy()
      await new Promise((resolve) => database.close(resolve))
      await close()
    }
    return new TableServer(server, client)
  }

  async items(): Promise<readonly Record<string, AttributeValue>[]> {
    return (await this.#client.send(new ScanCommand({ TableName: 'rows' }))).Items ?? []
  }
}

async function relayed(url: string, { method, path, headers, body }: Received): Promise<Answer> {
  const told = Object.entries(headers).filter(([name]) => /^(x-amz-|content-type|authorization)/.test(name))
  const answer = await fetch(url + path, {
    method,
    headers: told as [string, string][],
    body: new Uint8Array(body),
  })
  const kept = [...answer.headers].filter(([name]) => /^(x-amz|content-type)/.test(name))
  return {
    status: answer.status,
    headers: Object.fromEntries(kept),
    body: Buffer.from(await answer.arrayBuffer()),
  }
}
