-- gather_noise.db, as mitosis 0.6.1 wrote it.
-- Two steps, the second without arguments.
CREATE TABLE gather_variant_length ( name VARCHAR NOT NULL, params VARCHAR, PRIMARY KEY (name) );
INSERT INTO "gather_variant_length" VALUES('five','5');
CREATE TABLE trials_gather_noise ( variant VARCHAR NOT NULL, iteration INTEGER NOT NULL, "commit" VARCHAR NOT NULL, cpu_time FLOAT, results VARCHAR, filename VARCHAR, PRIMARY KEY (variant, iteration) );
INSERT INTO "trials_gather_noise" VALUES('gather-five+noparams',0,'fd22c9ac1b271dd30458dbb48d4fd2658bfcfd37',1.003607325,'0','trial_gather-five+noparams_0_e8a723.html');
