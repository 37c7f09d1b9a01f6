import { common, msp, peer } from '@hyperledger/fabric-protos';
import { NODE_ROLES } from '../identities/node-msp.js';
import { configGroup } from './config-group.js';
import { anyRole } from './signature-policy.js';

/** The public side of an organisation: what others need to recognise its members. PEM throughout. */
export interface OrganizationTrust {
  readonly mspId: string;
  readonly caCert: string;
  readonly tlsCaCert: string;
  /** Revocation list of the CA, if it has revoked anything. */
  readonly crl?: string;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** MSP type of X.509 organisations. */
const FABRIC_MSP = 0;

/** The verifying MSP that channels keep of an organisation. */
export function mspConfig(trust: OrganizationTrust): msp.MSPConfig {
  const crypto = new msp.FabricCryptoConfig();
  crypto.setSignatureHashFamily('SHA2');
  crypto.setIdentityIdentifierHashFunction('SHA256');

  const nodeOus = new msp.FabricNodeOUs();
  nodeOus.setEnable(true);
  const [client, peerOu, admin, orderer] = NODE_ROLES.map((role) => {
    const identifier = new msp.FabricOUIdentifier();
    identifier.setOrganizationalUnitIdentifier(role);
    return identifier;
  });
  nodeOus.setClientOuIdentifier(client);
  nodeOus.setPeerOuIdentifier(peerOu);
  nodeOus.setAdminOuIdentifier(admin);
  nodeOus.setOrdererOuIdentifier(orderer);

  const fabric = new msp.FabricMSPConfig();
  fabric.setName(trust.mspId);
  fabric.setRootCertsList([Buffer.from(trust.caCert)]);
  fabric.setTlsRootCertsList([Buffer.from(trust.tlsCaCert)]);
  if (trust.crl) fabric.setRevocationListList([Buffer.from(trust.crl)]);
  fabric.setCryptoConfig(crypto);
  fabric.setFabricNodeOus(nodeOus);

  const config = new msp.MSPConfig();
  config.setType(FABRIC_MSP);
  config.setConfig(fabric.serializeBinary());
  return config;
}

/** An organisation in the Application group, with its peers that others' gossip starts from. */
export function applicationOrganization(
  trust: OrganizationTrust,
  anchorPeers: readonly Endpoint[],
): common.ConfigGroup {
  const anchors = new peer.AnchorPeers();
  anchors.setAnchorPeersList(
    anchorPeers.map(({ host, port }) => {
      const anchor = new peer.AnchorPeer();
      anchor.setHost(host);
      anchor.setPort(port);
      return anchor;
    }),
  );
  const { mspId } = trust;
  return configGroup({
    policies: {
      Readers: { signature: anyRole(mspId, 'admin', 'peer', 'client') },
      // Not peers: who gets hold of a peer's key must not be able to propose transactions with it.
      Writers: { signature: anyRole(mspId, 'admin', 'client') },
      Admins: { signature: anyRole(mspId, 'admin') },
      Endorsement: { signature: anyRole(mspId, 'peer') },
    },
    values: { MSP: mspConfig(trust), ...(anchorPeers.length > 0 ? { AnchorPeers: anchors } : {}) },
  });
}

/** An organisation in the Orderer group. V3_0 has orderers' addresses here, not in the channel. */
export function ordererOrganization(
  trust: OrganizationTrust,
  endpoints: readonly Endpoint[],
): common.ConfigGroup {
  const addresses = new common.OrdererAddresses();
  addresses.setAddressesList(endpoints.map(({ host, port }) => `${host}:${port}`));
  const { mspId } = trust;
  return configGroup({
    policies: {
      Readers: { signature: anyRole(mspId, 'member') },
      Writers: { signature: anyRole(mspId, 'member') },
      Admins: { signature: anyRole(mspId, 'admin') },
    },
    values: { MSP: mspConfig(trust), Endpoints: addresses },
  });
}
