/** Text of `careledger-devnet --help`. */
export const HELP = `careledger-devnet: an embedded network for Fabric clients and chaincode

  careledger-devnet start --dir DIR --channel NAME:MSPID,MSPID… [flags]
  careledger-devnet identity --dir DIR --msp MSPID --name NAME [flags]
  careledger-devnet health --dir DIR

start: runs until SIGTERM or SIGINT; prints one JSON line on standard output when it is ready, logs to
standard error, and writes DIR/connection.json
  --dir DIR                 identities, TLS, ledgers and connection.json; made on first use
  --port N                  port of the first organisation, the others get the following ones; 0: any free (default)
  --host ADDRESS            address to listen on (default 127.0.0.1)
  --peer-name MSPID=NAME    host name of an organisation's peer, in its TLS certificate and in error details
                            (default peer0.MSPID.devnet.local; repeatable)
  --channel NAME:MSPID,…    a channel and its organisations with peers (repeatable)
  --member CHANNEL:MSPID,…  organisations without peers: clients only (repeatable)
  --chaincode CHANNEL/NAME[@MSPID]=HOST:PORT|module:PATH
                            a chaincode server, or a module that the devnet runs; @MSPID: for one organisation
  --policy CHANNEL/NAME=EXPRESSION
                            endorsement policy, e.g. "OutOf(2, 'A.peer', 'B.peer', 'C.peer')", "ANY Endorsement"
                            (default: MAJORITY Endorsement)
  --collections CHANNEL/NAME=FILE.json
                            private data collections, in the format of Fabric's collection files
  --require-client-cert     mutual TLS: clients need a certificate of an organisation's CA or of DIR/tls/ca.pem's
  --time-window-ms N        how far a proposal's clock may be off (default 120000)
  --batch-timeout-ms N      how long the first transaction of a block waits for others (default 10)
  --max-messages N          transactions in a block at most (default 500)
  --log-level LEVEL         silent, error, warn (default), info, debug
  --config FILE             all of this from a YAML or JSON file: {dir, port, channels: {NAME: {organizations,
                            members, chaincodes: {NAME: {source, policy, collections}}}}, peerNames: {MSPID: NAME}, …};
                            flags win

identity: issues a certificate for DIR/organizations/MSPID/NAME/{cert,key}.pem; works beside a running devnet
  --ou client|admin         role (default client)
  --attr KEY=VALUE          attribute that chaincode can read (repeatable)

health: asks every peer for the height of each of its channels; prints one JSON line; exit code 1 if one fails
`;
