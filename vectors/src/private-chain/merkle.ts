import { concatBytes, fromBase64url } from '@careledger/crypto';
import { MerkleTree, nodeMerkleHasher as hasher } from '@careledger/private-chain';
import { elementAt } from '@careledger/private-chain/testing';
import type { MerkleVector } from '@careledger/private-chain/testing';
import type { Vector } from '@careledger/spec';

type Named = Vector<MerkleVector>;

const leafOf = (text: string): string => hasher.leaf(text);

/** Leaves of the texts `frame 0`, `frame 1`, …. */
function treeOf(size: number): { tree: MerkleTree; leaves: string[] } {
  const leaves = Array.from({ length: size }, (_, i) => leafOf(`frame ${i}`));
  return { tree: new MerkleTree(hasher, leaves), leaves };
}

function vector(name: string, description: string, size: number, index: number): Named {
  const { tree, leaves } = treeOf(size);
  const inclusion = { index, size, path: tree.path(index) };
  return {
    name,
    type: 'merkle',
    description,
    leaf: elementAt(leaves, index),
    inclusion,
    root: tree.root(),
    leaves,
  };
}

export function validMerkle(): Named[] {
  return [
    vector('merkle-one-leaf', 'The leaf is the root.', 1, 0),
    vector('merkle-three-leaves', 'The last leaf of an odd tree has a path of one.', 3, 2),
    vector('merkle-seven-leaves', 'A path through the ragged edge.', 7, 5),
    vector('merkle-64-leaves', 'A full block.', 64, 41),
  ];
}

export function invalidMerkle(): Named[] {
  const { tree, leaves } = treeOf(4);
  const root = tree.root();
  const path = tree.path(1);
  const invalid = (name: string, description: string, changes: Partial<MerkleVector>): Named => ({
    name,
    type: 'merkle',
    description,
    leaf: elementAt(leaves, 1),
    inclusion: { index: 1, size: 4, path },
    root,
    ...changes,
  });
  const leftNode = hasher.node(elementAt(leaves, 0), elementAt(leaves, 1));
  // What a tree without domain separation would take for a leaf: the two child hashes as content.
  const childrenAsContent = concatBytes(
    fromBase64url(elementAt(leaves, 0)),
    fromBase64url(elementAt(leaves, 1)),
  );
  return [
    invalid('merkle-second-preimage', 'The two hashes under an inner node, passed off as a frame.', {
      leaf: hasher.leaf(childrenAsContent),
      inclusion: { index: 0, size: 2, path: [hasher.node(elementAt(leaves, 2), elementAt(leaves, 3))] },
    }),
    invalid(
      'merkle-inner-node-as-leaf',
      'An inner node with the path of a shorter tree, at the size of the real one.',
      {
        leaf: leftNode,
        inclusion: { index: 0, size: 4, path: [hasher.node(elementAt(leaves, 2), elementAt(leaves, 3))] },
      },
    ),
    invalid('merkle-other-index', 'A true path, claimed for the neighbour.', {
      inclusion: { index: 0, size: 4, path },
    }),
    invalid('merkle-other-size', 'A true path, claimed for a larger tree.', {
      inclusion: { index: 1, size: 5, path },
    }),
    invalid('merkle-path-too-long', 'A neighbour too many.', {
      inclusion: { index: 1, size: 4, path: [...path, root] },
    }),
    invalid('merkle-path-swapped', 'Neighbours in the wrong order.', {
      inclusion: { index: 1, size: 4, path: path.toReversed() },
    }),
    invalid('merkle-index-beyond-size', 'A place that does not exist.', {
      inclusion: { index: 4, size: 4, path },
    }),
  ];
}
