-- raises.db, as mitosis 0.6.1 wrote it.
-- A trial whose experiment raised.
CREATE TABLE raises_variant_amplitude ( name VARCHAR NOT NULL, params VARCHAR, PRIMARY KEY (name) );
INSERT INTO "raises_variant_amplitude" VALUES('a','4');
CREATE TABLE trials_raises ( variant VARCHAR NOT NULL, iteration INTEGER NOT NULL, "commit" VARCHAR NOT NULL, cpu_time FLOAT, results VARCHAR, filename VARCHAR, PRIMARY KEY (variant, iteration) );
INSERT INTO "trials_raises" VALUES('raises-a',0,'fd22c9ac1b271dd30458dbb48d4fd2658bfcfd37',0.97886349,NULL,'trial_raises-a_0_dc246e.html');
