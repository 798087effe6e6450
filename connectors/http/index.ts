export { type HttpEndpointOptions, httpEndpoint } from './http-endpoint.ts'
