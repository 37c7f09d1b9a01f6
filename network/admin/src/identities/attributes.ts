import { Extension } from './x509.js';

/** Fabric CA's certificate extension for attributes; chaincode's client identity library reads it. */
export const ATTRIBUTES_OID = '1.2.3.4.5.6.7.8.1';

/** Chaincode accepts patient registrations relayed by clients with this attribute. */
export const ENROL_ATTRIBUTE = 'careledger.enrol';

export function attributesExtension(attributes: Readonly<Record<string, string>>): Extension {
  return new Extension(ATTRIBUTES_OID, false, Buffer.from(JSON.stringify({ attrs: attributes })));
}
