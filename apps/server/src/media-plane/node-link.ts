import type { NodeLease } from '@marsad/contract';
import { RpcClient, type RpcClientOptions } from '@marsad/media-node';

/** A media node the api knows: its lease, and the connection to it. */
export class NodeLink {
  /** The newest lease; its `rpc` never changes while the link lives. */
  lease: NodeLease;
  /** Whether the last look into Valkey still found the lease. */
  leased = true;
  readonly rpc: RpcClient;
  /** Whether it was asked what it has since it connected: until then it is not known how its cameras are. */
  heard = false;
  /** When it was found; monotonic, milliseconds. */
  readonly foundAt = performance.now();
  /** Ids of the cameras it was told to own, and of those that are pushed to it. */
  cameras: ReadonlySet<string> = new Set();
  /** Streams that are live on it, as of its last answer. */
  liveStreams = 0;

  constructor(lease: NodeLease, options: Omit<RpcClientOptions, 'address'>) {
    this.lease = lease;
    this.rpc = new RpcClient({ ...options, address: lease.rpc });
  }

  get id(): string {
    return this.lease.id;
  }

  has(role: 'ingest' | 'edge'): boolean {
    return this.lease.roles.includes(role);
  }

  /** Gone is who neither renews the lease nor talks: one of the two may be Valkey's fault, or the network's. */
  get gone(): boolean {
    return !this.leased && !this.rpc.connected;
  }

  close(): void {
    this.rpc.close();
  }
}
