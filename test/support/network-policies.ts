/** Reads NetworkPolicies as a network plugin does: who may open a connection to whom. */
import { BlockList } from 'node:net';

interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

interface Peer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly protocol?: string; readonly port: number | string }[];
}

export interface NetworkPolicy {
  readonly metadata: { readonly namespace: string };
  readonly spec: {
    readonly podSelector: LabelSelector;
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

/** A pod by its namespace and labels, with the numbers of its named ports. */
export interface PodPeer {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports?: Readonly<Record<string, number>>;
}

/** A pod, or an IPv4 address outside of the cluster. */
export type Endpoint = PodPeer | string;

export interface Connection {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly port: number;
  readonly protocol?: 'TCP' | 'UDP';
}

/** A pod that no policy selects for a direction is open in it; else one of those that select it has to allow it. */
export function isAllowed(policies: readonly NetworkPolicy[], connection: Connection): boolean {
  const { from, to } = connection;
  const allows = (pod: Endpoint, other: Endpoint, direction: 'Ingress' | 'Egress'): boolean => {
    if (typeof pod === 'string') return true;
    const selecting = policies.filter(
      ({ metadata, spec }) =>
        metadata.namespace === pod.namespace &&
        spec.policyTypes.includes(direction) &&
        selects(spec.podSelector, pod.labels),
    );
    if (selecting.length === 0) return true;
    return selecting.some(({ metadata, spec }) =>
      (direction === 'Ingress' ? spec.ingress : spec.egress)?.some((rule) => {
        const peers = direction === 'Ingress' ? rule.from : rule.to;
        const isPeer = peers?.some((peer) => fits(peer, other, metadata.namespace)) ?? true;
        return isPeer && hasPort(rule, connection);
      }),
    );
  };
  return allows(from, to, 'Egress') && allows(to, from, 'Ingress');
}

function fits({ podSelector, namespaceSelector, ipBlock }: Peer, other: Endpoint, own: string): boolean {
  if (typeof other === 'string') {
    return (
      ipBlock !== undefined &&
      contains(ipBlock.cidr, other) &&
      !ipBlock.except?.some((cidr) => contains(cidr, other))
    );
  }
  if (ipBlock) return false;
  const isInNamespace = namespaceSelector
    ? selects(namespaceSelector, { 'kubernetes.io/metadata.name': other.namespace })
    : other.namespace === own;
  return isInNamespace && selects(podSelector ?? {}, other.labels);
}

function hasPort({ ports }: Rule, { to, port, protocol = 'TCP' }: Connection): boolean {
  if (!ports) return true;
  return ports.some((each) => {
    const number =
      typeof each.port === 'number' ? each.port : typeof to === 'string' ? undefined : to.ports?.[each.port];
    return number === port && (each.protocol ?? 'TCP') === protocol;
  });
}

function selects(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: PodPeer['labels'],
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      if (operator !== 'In') throw new Error(`the operator ${operator} is not read here`);
      return values.includes(labels[key] ?? '');
    })
  );
}

function contains(cidr: string, address: string): boolean {
  const [network = '', bits = ''] = cidr.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(bits), 'ipv4');
  return list.check(address, 'ipv4');
}
