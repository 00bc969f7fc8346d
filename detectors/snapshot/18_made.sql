-- How the snapshot was made, for the next to go on from it.
CREATE TABLE {{snapshot}}.made
(
    as_of Date,
    since DateTime('UTC'),
    basis UInt64
)
ENGINE = MergeTree
ORDER BY as_of;

INSERT INTO {{snapshot}}.made
SELECT
    {as_of:Date},
    {began:DateTime64(3, 'UTC')},
    {basis:UInt64};
