-- grouped_lakes.db, as mitosis 0.6.1 wrote it.
-- A step with a group, which 0.6 takes from Python only, and a notebook as its page.
CREATE TABLE grouped_variant_amplitude ( name VARCHAR NOT NULL, params VARCHAR, PRIMARY KEY (name) );
INSERT INTO "grouped_variant_amplitude" VALUES('a','4');
CREATE TABLE trials_grouped_lakes ( variant VARCHAR NOT NULL, iteration INTEGER NOT NULL, "commit" VARCHAR NOT NULL, cpu_time FLOAT, results VARCHAR, filename VARCHAR, PRIMARY KEY (variant, iteration) );
INSERT INTO "trials_grouped_lakes" VALUES('grouped-a',0,'fd22c9ac1b271dd30458dbb48d4fd2658bfcfd37',1.66654556999999980959e-01,'0','trial_grouped-a_0_6bb6a9.ipynb');
