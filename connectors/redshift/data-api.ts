import process from 'node:process'
import type { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { type AwsConnection, awsClientConfig } from '../../src/contract/aws-connection.ts'
import { awsPackage } from '../../src/contract/aws-failure.ts'

/** Which database, and as whom. */
export type Warehouse = {
  readonly Database: string
  readonly WorkgroupName?: string
  readonly ClusterIdentifier?: string
  readonly DbUser?: string
  readonly SecretArn?: string
}

/** How far statements have come. */
export interface Progress {
  readonly status: string
  /** What Redshift says, if they failed. */
  readonly error: string | undefined
  /** Of the statement that failed, if it has one. */
  readonly queryId: number | undefined
}

/**
 * The part of the Data API that loading needs. One call is one request, tried once; calls reject with the error of the AWS SDK,
 * and end when `signal` is aborted.
 */
export interface DataApi {
  /** Hands over statements that run as one transaction, and gives their id. With the same token they are handed over once. */
  submit(statements: readonly string[], token: string, signal: AbortSignal): Promise<string>
  progress(id: string, signal: AbortSignal): Promise<Progress>
  /** One page of what a query has found, as texts; `next` continues it. */
  rows(
    id: string,
    next: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly rows: readonly (readonly string[])[]; readonly next: string | undefined }>
  close(): void
}

/** @throws MillraceError `OPTION_INVALID` if the package `@aws-sdk/client-redshift-data` is not installed. */
export async function dataApi(connection: AwsConnection, warehouse: Warehouse): Promise<DataApi> {
  const sdk = await awsPackage('@aws-sdk/client-redshift-data', () => import('@aws-sdk/client-redshift-data'))
  const client: RedshiftDataClient = new sdk.RedshiftDataClient(
    awsClientConfig('REDSHIFT_DATA', connection, {}, process.env),
  )
  return {
    submit: async (statements, ClientToken, abortSignal) => {
      const [only, ...more] = statements
      const input = { ...warehouse, ClientToken }
      const { Id } =
        more.length === 0
          ? await client.send(new sdk.ExecuteStatementCommand({ ...input, Sql: only }), { abortSignal })
          : await client.send(new sdk.BatchExecuteStatementCommand({ ...input, Sqls: [...statements] }), {
              abortSignal,
            })
      return Id!
    },
    progress: async (Id, abortSignal) => {
      const { Status, RedshiftQueryId, SubStatements, ...more } = await client.send(
        new sdk.DescribeStatementCommand({ Id }),
        { abortSignal },
      )
      const failed = SubStatements?.find((statement) => statement.Status === 'FAILED')
      const queryId = failed?.RedshiftQueryId ?? RedshiftQueryId
      return {
        status: Status ?? '',
        error: more.Error ?? failed?.Error,
        queryId: queryId !== undefined && queryId > 0 ? queryId : undefined,
      }
    },
    rows: async (Id, NextToken, abortSignal) => {
      const page = { Id, ...(NextToken !== undefined && { NextToken }) }
      const { Records = [], NextToken: next } = await client.send(new sdk.GetStatementResultCommand(page), {
        abortSignal,
      })
      return {
        rows: Records.map((fields) =>
          fields.map(({ stringValue, longValue }) => stringValue ?? `${longValue}`),
        ),
        next,
      }
    },
    close: () => client.destroy(),
  }
}
