-- noise.db, as mitosis 0.6.1 wrote it.
-- A step without arguments, twice.
CREATE TABLE trials_noise ( variant VARCHAR NOT NULL, iteration INTEGER NOT NULL, "commit" VARCHAR NOT NULL, cpu_time FLOAT, results VARCHAR, filename VARCHAR, PRIMARY KEY (variant, iteration) );
INSERT INTO "trials_noise" VALUES('noparams',0,'fd22c9ac1b271dd30458dbb48d4fd2658bfcfd37',7.21798563999999753804e-01,'0','trial_noparams_0_333327.html');
INSERT INTO "trials_noise" VALUES('noparams',1,'fd22c9ac1b271dd30458dbb48d4fd2658bfcfd37',8.81715043999999892321e-01,'0','trial_noparams_1_620d06.html');
