import { NullOr } from '@careledger/domain';
import { GrantState, HeadState } from '@careledger/contracts';
import { GrantMeaning } from '@careledger/protocol';
import { Type } from 'typebox';
import { Next } from '@careledger/service-kit';

/** A grant to this authority. */
export const ShownGrant = Type.Object(
  {
    ...GrantState.properties,
    inForce: Type.Boolean(),
    /** What its tags stand for; null where the grant does not say so readably. */
    meaning: NullOr(GrantMeaning),
  },
  { title: 'ShownGrant' },
);

/** How far a patient's private chain is anchored. */
export const Anchors = Type.Object(
  {
    head: NullOr(HeadState),
    anchors: Type.Array(HeadState),
    next: Next,
  },
  { title: 'PatientAnchor' },
);
