-- waits.db, as mitosis 0.6.1 wrote it.
-- A trial whose runner was killed.
CREATE TABLE trials_waits ( variant VARCHAR NOT NULL, iteration INTEGER NOT NULL, "commit" VARCHAR NOT NULL, cpu_time FLOAT, results VARCHAR, filename VARCHAR, PRIMARY KEY (variant, iteration) );
INSERT INTO "trials_waits" VALUES('waits-a',0,'fd22c9ac1b271dd30458dbb48d4fd2658bfcfd37',NULL,NULL,NULL);
CREATE TABLE waits_variant_amplitude ( name VARCHAR NOT NULL, params VARCHAR, PRIMARY KEY (name) );
INSERT INTO "waits_variant_amplitude" VALUES('a','4');
